terraform {
  required_version = ">= 1.11"

  required_providers {
    plinth = {
      source  = "plinth/plinth"
      version = "~> 0.1"
    }
  }
}
