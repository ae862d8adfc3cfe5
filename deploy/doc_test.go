// Package deploy_test holds what tidemark is deployed with against the engines
// that read it: the rules against Prometheus' own rule engine over simulated
// months, the configurations against real Prometheus and Alertmanager processes.
package deploy_test
