// Package consul stands in for the consul state backend, which this build leaves out.
package consul

import "github.com/hashicorp/terraform/internal/backend"

// New satisfies the backend table; asking for this backend is a mistake here.
func New() backend.Backend {
	panic("the consul state backend is not part of this test build")
}
