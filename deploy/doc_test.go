// Package deploy_test holds what tidemark is deployed with against the engines
// that read it: the rules against Prometheus' own rule engine over simulated
// months, the configurations against real NATS, Prometheus and Alertmanager
// servers, docker-compose.yml against Compose's schema and the files it names.
package deploy_test
