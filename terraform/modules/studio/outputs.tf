output "id" {
  description = "Id of the Studio."
  value       = aws_emr_studio.this.id
}

output "url" {
  description = "Where people open the Studio."
  value       = aws_emr_studio.this.url
}
