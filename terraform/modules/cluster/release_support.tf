locals {
  # Last day of standard support (Amazon EMR Release Guide, the page of each release).
  standard_support_until = jsondecode(file("${path.module}/release_support.json"))
  support_until          = lookup(local.standard_support_until, var.release_label, null)
}

# A check warns and lets the apply go on, which is what is wanted: an old release still works.
check "release_is_supported" {
  assert {
    condition     = local.support_until == null ? true : timecmp(plantimestamp(), "${coalesce(local.support_until, "2000-01-01")}T23:59:59Z") <= 0
    error_message = "The standard support of ${var.release_label} ended on ${coalesce(local.support_until, "-")}: AWS no longer mends it. Set release_label to a later one, such as emr-7.13.0, and run a mini job before a large one."
  }
}
