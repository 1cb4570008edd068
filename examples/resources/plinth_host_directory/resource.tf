resource "plinth_host_directory" "app" {
  host = { address = "10.0.0.11" }
  path = "/srv/app"
  mode = "0750"
}
