package store

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// findDatabase returns the default retention policy of the database on
// InfluxDB 1.8, to which figures are written, and nil if there is no such
// database.
func (s *Store) findDatabase(ctx context.Context) (*policy, error) {
	rows, err := s.influxQL(ctx, "SHOW DATABASES")
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if row["name"] == s.opts.Bucket {
			return s.databasePolicy(ctx)
		}
	}
	return nil, nil
}

// makeDatabase does not change a database that is created concurrently.
func (s *Store) makeDatabase(ctx context.Context) (made bool, err error) {
	weeks := shardGroup / (7 * 24 * time.Hour)
	create := fmt.Sprintf("CREATE DATABASE %s WITH DURATION INF SHARD DURATION %dw NAME \"autogen\"", s.database(), weeks)
	_, err = s.influxQL(ctx, create)
	return err == nil, err
}

func (s *Store) databasePolicy(ctx context.Context) (*policy, error) {
	rows, err := s.influxQL(ctx, "SHOW RETENTION POLICIES ON "+s.database())
	if err != nil {
		return nil, err
	}
	p := new(policy)
	for _, row := range rows {
		if row["default"] != true {
			continue
		}
		if p.retention, err = time.ParseDuration(fmt.Sprint(row["duration"])); err != nil {
			return nil, fmt.Errorf("InfluxDB's retention %v: %w", row["duration"], err)
		}
		if p.shard, err = time.ParseDuration(fmt.Sprint(row["shardGroupDuration"])); err != nil {
			return nil, fmt.Errorf("InfluxDB's shard group duration %v: %w", row["shardGroupDuration"], err)
		}
	}
	return p, nil
}

// database is the bucket's name, quoted for InfluxQL.
func (s *Store) database() string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s.opts.Bucket) + `"`
}

// influxQL runs one InfluxQL statement and returns its rows by column name.
func (s *Store) influxQL(ctx context.Context, statement string) ([]map[string]any, error) {
	var answer struct {
		Results []struct {
			Error  string
			Series []struct {
				Columns []string
				Values  [][]any
			}
		}
	}
	address := s.service.ServerURL() + "query?" + url.Values{"q": {statement}}.Encode()
	if err := s.request(ctx, http.MethodPost, address, nil, &answer); err != nil {
		return nil, s.wrap("run "+statement, err)
	}
	var rows []map[string]any
	for _, result := range answer.Results {
		if result.Error != "" {
			return nil, fmt.Errorf("InfluxDB refused %s: %s", statement, result.Error)
		}
		for _, series := range result.Series {
			for _, values := range series.Values {
				row := map[string]any{}
				for i, column := range series.Columns[:min(len(values), len(series.Columns))] {
					row[column] = values[i]
				}
				rows = append(rows, row)
			}
		}
	}
	return rows, nil
}
