//go:build tools

// Package tools pins k6 for the scenarios in sims/k6: the module proxy has its source, no registry its binary.
package tools

import _ "go.k6.io/k6/v2/cmd"
