// Package deploy_test tests the deployment with the engines that read it: the
// rules with Prometheus' own rule engine over simulated months, the
// configurations with real NATS, Prometheus and Alertmanager servers,
// docker-compose.yml with Compose's schema and the files it names.
package deploy_test
