output "motd_change" {
  value = provider::plinth::unified_diff("hello\n", "hello, world\n", "motd")
}
