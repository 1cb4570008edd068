// Package azure stands in for the azure state backend, which this build leaves out.
package azure

import "github.com/hashicorp/terraform/internal/backend"

// New satisfies the backend table; asking for this backend is a mistake here.
func New() backend.Backend {
	panic("the azure state backend is not part of this test build")
}
