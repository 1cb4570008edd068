ephemeral "plinth_host_file" "kubeconfig" {
  host = { address = "10.0.0.11" }
  path = "/etc/kubernetes/admin.conf"
}
