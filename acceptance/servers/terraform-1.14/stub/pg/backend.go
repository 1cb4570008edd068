// Package pg stands in for the pg state backend, which this build leaves out.
package pg

import "github.com/hashicorp/terraform/internal/backend"

// New satisfies the backend table; asking for this backend is a mistake here.
func New() backend.Backend {
	panic("the pg state backend is not part of this test build")
}
