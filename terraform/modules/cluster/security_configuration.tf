# EMR has no update for these: a change is a new one, made before the old one goes.
resource "aws_emr_security_configuration" "this" {
  name_prefix = "${var.name}-"

  configuration = jsonencode({
    EncryptionConfiguration = {
      EnableAtRestEncryption = true
      # Between nodes it needs certificates; the security groups let nobody else in.
      EnableInTransitEncryption = false
      AtRestEncryptionConfiguration = {
        S3EncryptionConfiguration = { EncryptionMode = "SSE-KMS", AwsKmsKey = var.key_arn }
        LocalDiskEncryptionConfiguration = {
          EncryptionKeyProviderType = "AwsKms"
          AwsKmsKey                 = var.disk_key_arn
          EnableEbsEncryption       = true
        }
      }
    }
    InstanceMetadataServiceConfiguration = {
      MinimumInstanceMetadataServiceVersion = 2
      # JupyterHub reads and writes notebooks in S3 from a container, which is one hop further.
      HttpPutResponseHopLimit = var.notebook == "jupyterhub" ? 2 : 1
    }
  })

  lifecycle {
    create_before_destroy = true
  }
}
