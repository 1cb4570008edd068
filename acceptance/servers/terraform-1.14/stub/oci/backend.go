// Package oci stands in for the oci state backend, which this build leaves out.
package oci

import "github.com/hashicorp/terraform/internal/backend"

// New satisfies the backend table; asking for this backend is a mistake here.
func New() backend.Backend {
	panic("the oci state backend is not part of this test build")
}
