// Package cos stands in for the cos state backend, which this build leaves out.
package cos

import "github.com/hashicorp/terraform/internal/backend"

// New satisfies the backend table; asking for this backend is a mistake here.
func New() backend.Backend {
	panic("the cos state backend is not part of this test build")
}
