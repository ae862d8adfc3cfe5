package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/timeinterval"
	"go.yaml.in/yaml/v3"
)

// intervals prints, for each time on standard input, one line with the time
// intervals of the Alertmanager configuration in its argument that contain it.
func intervals(args []string) error {
	if len(args) != 1 {
		return errors.New("the argument must be the path of an alertmanager.yml")
	}
	text, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	var config struct {
		TimeIntervals []struct {
			Name          string
			TimeIntervals []timeinterval.TimeInterval `yaml:"time_intervals"`
		} `yaml:"time_intervals"`
	}
	if err := yaml.Unmarshal(text, &config); err != nil {
		return err
	}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		at, err := time.Parse(time.RFC3339, lines.Text())
		if err != nil {
			return err
		}
		var in []string
		for _, named := range config.TimeIntervals {
			for _, interval := range named.TimeIntervals {
				if interval.ContainsTime(at.UTC()) {
					in = append(in, named.Name)
					break
				}
			}
		}
		fmt.Println(strings.Join(in, " "))
	}
	return nil
}
