// deploy/kubernetes is YAML that fits together and knows the server's settings; nothing here runs it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";

const read = (path) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");
const load = (name) =>
    parseAllDocuments(read(`deploy/kubernetes/${name}`)).map((document) => {
        assert.deepEqual([document.errors, document.warnings], [[], []]);
        return document.toJS();
    });

const all = [...load("insightdesk.yaml"), ...load("ingress-nginx.yaml")];
const of = (kind) => all.find((each) => each.kind === kind);

test("every object has what Kubernetes asks of all", () => {
    assert.deepEqual(all.map(({ kind }) => kind), ["Deployment", "PodDisruptionBudget", "Service", "Ingress"]);
    for (const { apiVersion, metadata } of all) assert.deepEqual([typeof apiVersion, metadata.name], ["string", "insightdesk"]);
});

test("labels, ports and names meet", () => {
    const [{ spec }, budget, service, ingress] = [of("Deployment"), of("PodDisruptionBudget"), of("Service"), of("Ingress")];
    const { labels } = spec.template.metadata;
    for (const selector of [spec.selector.matchLabels, budget.spec.selector.matchLabels, service.spec.selector]) assert.deepEqual(selector, labels);
    const [container] = spec.template.spec.containers;
    const ports = container.ports.map(({ name }) => name);
    for (const { targetPort } of service.spec.ports) assert.ok(ports.includes(targetPort));
    for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"]) assert.ok(ports.includes(container[probe].httpGet.port), probe);
    const { backend } = ingress.spec.rules[0].http.paths[0];
    assert.equal(backend.service.name, service.metadata.name);
    assert.ok(service.spec.ports.some(({ name }) => name === backend.service.port.name));
});

test("the server knows each setting, and has the time it is given to drain", () => {
    const { spec } = of("Deployment").spec.template;
    const [{ env, lifecycle }] = spec.containers;
    const documented = read("docs/configuration.md");
    for (const { name } of env) assert.ok(documented.includes(`\`${name}\``), name);
    const drain = Number(/^(\d+)s$/.exec(env.find(({ name }) => name === "INSIGHTDESK_DRAIN_TIME").value)[1]);
    assert.ok(spec.terminationGracePeriodSeconds > Number(lifecycle.preStop.exec.command[1]) + drain + 3);
});

test("the ingress is sticky, and waits longer than a ping takes", () => {
    const annotations = of("Ingress").metadata.annotations;
    const value = (name) => annotations[`nginx.ingress.kubernetes.io/${name}`];
    assert.equal(value("affinity"), "cookie");
    assert.ok(Number(value("proxy-read-timeout")) > 25);
    // What is no string, the API server refuses.
    assert.ok(Object.values(annotations).every((each) => typeof each === "string"));
});
