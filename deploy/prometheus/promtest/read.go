package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/url"
	"os"
	"time"

	config_util "github.com/prometheus/common/config"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/prompb"
	"github.com/prometheus/prometheus/storage/remote"
)

// read sends the Query on standard input with Prometheus' own client of remote
// read to the address in its first argument, requesting the form of answer in
// the second, and writes the answer as a QueryResult.
func read(args []string) error {
	if len(args) != 2 {
		return errors.New("the arguments must be an address and SAMPLES or STREAMED_XOR_CHUNKS")
	}
	form, known := prompb.ReadRequest_ResponseType_value[args[1]]
	to, err := url.Parse(args[0])
	if err != nil || !known {
		return fmt.Errorf("%v is not an address and a form of answer (%v)", args, err)
	}
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	var query prompb.Query
	if err := query.Unmarshal(input); err != nil {
		return err
	}
	client, err := remote.NewReadClient("promtest", &remote.ClientConfig{
		URL: &config_util.URL{URL: to}, Timeout: model.Duration(time.Minute), ChunkedReadLimit: 50 << 20,
		AcceptedResponseTypes: []prompb.ReadRequest_ResponseType{prompb.ReadRequest_ResponseType(form)}})
	if err != nil {
		return err
	}
	set, err := client.Read(context.Background(), &query, true)
	if err != nil {
		return err
	}
	result, _, err := remote.ToQueryResult(set, math.MaxInt)
	if err != nil {
		return err
	}
	output, err := result.Marshal()
	if err == nil {
		_, err = os.Stdout.Write(output)
	}
	return err
}
