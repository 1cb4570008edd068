variable "address" {
  description = "Name or IP address of the host."
  type        = string
}

variable "port" {
  description = "Port of its SSH server."
  type        = number
  default     = 22
}

variable "user" {
  description = "User to log in as. It must be able to write to the parent of `directory`."
  type        = string
}

variable "private_key" {
  description = "Private key of that user, as OpenSSH or PEM text. It is in neither plan nor state."
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "known_hosts" {
  description = "Lines of a known_hosts file that name the host's key."
  type        = string
}

variable "directory" {
  description = "Absolute path of the directory that this stack owns on the host."
  type        = string
  default     = "/opt/first-host"
}

variable "listen" {
  description = "Address and port that the service's configuration says."
  type        = string
  default     = "127.0.0.1:8080"
}

variable "release" {
  description = "Release that is marked as installed."
  type        = string
  default     = "2026.1"
}
