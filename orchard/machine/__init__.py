"""Programs of this machine that Orchard needs: Java, Terraform and its provider."""
