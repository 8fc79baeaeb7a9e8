// Istio as it judges and translates configuration, for tests to ask. One JSON question a line on standard input, one
// JSON answer a line on standard output, in the same order:
//
//	{"validate": "<one YAML document>"}  → {"errors": ["…"], "warnings": ["…"]}
//	{"build": {"resources": "<YAML>", "mesh": "<YAML>", "proxies": [{"key": "…", …}]}}
//	                                     → {"proxies": {"<key>": {"listeners": […], "routes": […], "clusters": […], "endpoints": […]}}}
//
// What cannot be answered is {"failure": "…"}. It ends with its input.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"istio.io/istio/pkg/log"
)

type question struct {
	Validate *string       `json:"validate"`
	Build    *buildRequest `json:"build"`
}

type failed struct {
	Failure string `json:"failure"`
}

func main() {
	testing.Init()
	for _, scope := range log.Scopes() {
		scope.SetOutputLevel(log.NoneLevel)
	}
	validator, err := newValidator()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 1 {
			_ = out.Encode(answer(validator, line))
		}
		if err != nil {
			return
		}
	}
}

// answer never panics: Istio's own code does, on configuration that its validation would have refused.
func answer(validator *validator, line []byte) (result any) {
	defer func() {
		if reason := recover(); reason != nil {
			result = failed{fmt.Sprint(reason)}
		}
	}()
	var asked question
	if err := json.Unmarshal(line, &asked); err != nil {
		return failed{err.Error()}
	}
	switch {
	case asked.Validate != nil:
		return validator.validate(*asked.Validate)
	case asked.Build != nil:
		return build(*asked.Build)
	default:
		return failed{"neither validate nor build is asked"}
	}
}
