// Package gcs stands in for the gcs state backend, which this build leaves out.
package gcs

import "github.com/hashicorp/terraform/internal/backend"

// New satisfies the backend table; asking for this backend is a mistake here.
func New() backend.Backend {
	panic("the gcs state backend is not part of this test build")
}
