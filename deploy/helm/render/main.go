// Renders a chart as `helm template` does, for the tests of machines without helm: the same template language (text/template with sprig), and
// of helm's own functions those that the chart uses. No values of clusters, no hooks, no subcharts. Prints manifests to standard output.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"gopkg.in/yaml.v3"
)

func main() {
	if len(os.Args) != 3 {
		fail(errors.New("usage: render CHART_FOLDER VALUES_FILE"))
	}
	chart, given := os.Args[1], os.Args[2]
	values := read(filepath.Join(chart, "values.yaml"))
	merge(values, read(given))
	about := read(filepath.Join(chart, "Chart.yaml"))
	root := map[string]any{
		"Values":  values,
		"Chart":   map[string]any{"Name": about["name"], "Version": about["version"], "AppVersion": about["appVersion"]},
		"Release": map[string]any{"Name": "release", "Namespace": "default", "Service": "Helm"},
	}
	files, err := filepath.Glob(filepath.Join(chart, "templates", "*"))
	check(err)
	templates := parse(files)
	for _, file := range files {
		if name := filepath.Base(file); strings.HasSuffix(name, ".yaml") || name == "NOTES.txt" {
			fmt.Printf("---\n# Source: %s\n", name)
			check(templates.ExecuteTemplate(os.Stdout, name, root))
			fmt.Println()
		}
	}
}

func parse(files []string) *template.Template {
	templates := template.New("chart").Option("missingkey=zero")
	functions := template.FuncMap{}
	maps.Copy(functions, sprig.TxtFuncMap())
	functions["toYaml"] = func(value any) (string, error) {
		text, err := yaml.Marshal(value)
		return strings.TrimSuffix(string(text), "\n"), err
	}
	functions["required"] = func(message string, value any) (any, error) {
		if value == nil || value == "" {
			return nil, errors.New(message)
		}
		return value, nil
	}
	functions["include"] = func(name string, data any) (string, error) {
		var text bytes.Buffer
		err := templates.ExecuteTemplate(&text, name, data)
		return text.String(), err
	}
	templates.Funcs(functions)
	for _, file := range files {
		text, err := os.ReadFile(file)
		check(err)
		template.Must(templates.New(filepath.Base(file)).Parse(string(text)))
	}
	return templates
}

func read(file string) map[string]any {
	text, err := os.ReadFile(file)
	check(err)
	found := map[string]any{}
	check(yaml.Unmarshal(text, &found))
	return found
}

// merge lays the values of `over` on those of `under`, folder by folder, as helm does.
func merge(under, over map[string]any) {
	for name, value := range over {
		if inner, is := value.(map[string]any); is {
			if below, is := under[name].(map[string]any); is {
				merge(below, inner)
				continue
			}
		}
		under[name] = value
	}
}

func check(err error) {
	if err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
