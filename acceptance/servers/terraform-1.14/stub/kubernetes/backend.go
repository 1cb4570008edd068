// Package kubernetes stands in for the kubernetes state backend, which this build leaves out.
package kubernetes

import "github.com/hashicorp/terraform/internal/backend"

// New satisfies the backend table; asking for this backend is a mistake here.
func New() backend.Backend {
	panic("the kubernetes state backend is not part of this test build")
}
