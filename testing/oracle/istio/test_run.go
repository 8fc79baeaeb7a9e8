package main

import (
	"context"
	"fmt"
	"os"
)

// testRun stands in for a Go test, which Istio's generator of configuration asks for: what would fail the test panics.
type testRun struct {
	cleanups []func()
}

func (*testRun) Name() string               { return "oracle" }
func (*testRun) Helper()                    {}
func (*testRun) Log(...any)                 {}
func (*testRun) Logf(string, ...any)        {}
func (*testRun) Skip(...any)                {}
func (*testRun) Context() context.Context   { return context.Background() }
func (*testRun) Setenv(key, value string)   { os.Setenv(key, value) }
func (*testRun) Fail()                      { panic("failed") }
func (*testRun) FailNow()                   { panic("failed") }
func (*testRun) Error(a ...any)             { panic(fmt.Sprint(a...)) }
func (*testRun) Errorf(f string, a ...any)  { panic(fmt.Sprintf(f, a...)) }
func (*testRun) Fatal(a ...any)             { panic(fmt.Sprint(a...)) }
func (*testRun) Fatalf(f string, a ...any)  { panic(fmt.Sprintf(f, a...)) }
func (run *testRun) Cleanup(cleanup func()) { run.cleanups = append(run.cleanups, cleanup) }

func (run *testRun) TempDir() string {
	dir, err := os.MkdirTemp("", "oracle-*")
	if err != nil {
		panic(err)
	}
	run.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// end undoes what was set up, the last first; one that panics keeps no other from its turn.
func (run *testRun) end() {
	for i := len(run.cleanups) - 1; i >= 0; i-- {
		func() {
			defer func() { _ = recover() }()
			run.cleanups[i]()
		}()
	}
}
