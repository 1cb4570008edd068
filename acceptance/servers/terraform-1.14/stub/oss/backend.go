// Package oss stands in for the oss state backend, which this build leaves out.
package oss

import "github.com/hashicorp/terraform/internal/backend"

// New satisfies the backend table; asking for this backend is a mistake here.
func New() backend.Backend {
	panic("the oss state backend is not part of this test build")
}
