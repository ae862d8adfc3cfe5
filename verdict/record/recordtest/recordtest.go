// Package recordtest makes a city with a past: nine years of monthly figures as
// they were published, revised and released with the month after.
package recordtest

import (
	_ "embed"
	"math"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

//go:embed city.yaml
var city []byte

// City is the catalogue of the city.
func City() *catalog.Catalog {
	c, err := catalog.Parse("city.yaml", city)
	if err != nil {
		panic(err)
	}
	return c
}

// Today is when the city is looked at: June 2024 was published last.
func Today() time.Time { return time.Date(2024, 7, 20, 9, 0, 0, 0, City().Location()) }

// season is the part of a year that each month usually brings, in per mille.
var season = [12]float64{85, 60, 82, 84, 86, 85, 88, 87, 84, 82, 88, 89}

// weather is what made some months unusual: a good autumn in 2019, and in 2023 a
// weak spring that was made up for.
func weather(year, m int) float64 {
	switch {
	case year == 2019 && m > 8:
		return 1.12
	case year == 2023 && m < 6:
		return 0.86
	case year == 2023 && m > 7:
		return 1.12
	}
	return 1
}

// Vintages are all publications from 2015 to June 2024: the year to date on the
// tenth of the month after, February being the first of a year, two months in
// seven revised upwards a month later, and the total of a year, in January, with
// December.
func Vintages() (all []store.Vintage) {
	for year := 2015; year <= 2024; year++ {
		sum := 0.0
		for m := 1; m <= 12 && (year < 2024 || m <= 6); m++ {
			n := float64(12*year + m)
			month := 10e6 * math.Pow(1.04, float64(year-2015)) * season[m-1] / 1000 * (1 + 0.05*math.Sin(2.4*n)) * weather(year, m)
			sum += math.Round(month/100) * 100
			if m == 1 {
				continue
			}
			p := figure.Month(year, m)
			if p.Ordinal()%7 < 2 && m < 12 {
				all = append(all, published(p, sum*0.99, 1), published(p, sum, 2))
				continue
			}
			all = append(all, published(p, sum, 1))
		}
	}
	return all
}

// published is the year to date, some months after the period.
func published(p figure.Period, value float64, later int) store.Vintage {
	at := p.Add(later).Start().AddDate(0, 0, 9).Add(2 * time.Hour)
	return store.Vintage{Cell: figure.Cell{Indicator: "boxes", Area: "H1", Category: figure.Total, Measure: figure.YTD, Period: p},
		Agency: "port", Status: figure.Normal, Value: math.Round(value/100) * 100, Moment: at.UnixMilli()}
}
