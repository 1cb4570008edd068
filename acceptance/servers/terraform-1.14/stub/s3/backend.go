// Package s3 stands in for the s3 state backend, which this build leaves out.
package s3

import "github.com/hashicorp/terraform/internal/backend"

// New satisfies the backend table; asking for this backend is a mistake here.
func New() backend.Backend {
	panic("the s3 state backend is not part of this test build")
}
