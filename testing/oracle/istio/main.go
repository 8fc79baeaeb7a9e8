// Istio as it judges and translates configuration, for tests to ask. One JSON question a line on standard input, one
// JSON answer a line on standard output, in the same order:
//
//	{"validate": "<one YAML document>"}  → {"errors": ["…"], "warnings": ["…"]}
//	{"build": {"documents": ["<YAML>", …], "mesh": "<YAML>", "proxies": [{"key": "…", …}]}}
//	                                     → {"proxies": {"<key>": {"listeners": […], "routes": […], "clusters": […], "endpoints": […]}}}
//
// A build's "parts" are those of its answer that are wanted; without it all are. What cannot be answered is
// {"failure": "…"}. It ends with its input.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"testing"

	"istio.io/istio/pkg/kube/krt"
	"istio.io/istio/pkg/log"
)

const (
	// Istio's generator waits for its stores, for longer than it computes: so some questions are answered at once.
	inFlight  = 12
	gcPercent = 400
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
	// It would keep the stores of every question for ever.
	krt.GlobalDebugHandler = nil
	debug.SetGCPercent(gcPercent)
	answers := make(chan chan []byte, inFlight)
	done := make(chan struct{})
	go write(answers, done)
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 1 {
			answered := make(chan []byte, 1)
			answers <- answered
			go func() { answered <- encodeLine(answer(validator, line)) }()
		}
		if err != nil {
			close(answers)
			<-done
			return
		}
	}
}

// write prints the answers in the order of the questions.
func write(answers <-chan chan []byte, done chan<- struct{}) {
	for each := range answers {
		_, _ = os.Stdout.Write(<-each)
	}
	close(done)
}

func encodeLine(result any) []byte {
	line := &bytes.Buffer{}
	encoder := json.NewEncoder(line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(result); err != nil {
		return []byte("{\"failure\": \"an answer that is no JSON\"}\n")
	}
	return line.Bytes()
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
