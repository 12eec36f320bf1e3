// The documentation that the rules refer to.
const NODE = 'https://nodejs.org/api';
const KUBERNETES = 'https://kubernetes.io/docs';

export const LINKS = {
  keepAliveTimeout: `${NODE}/http.html#serverkeepalivetimeout`,
  headersTimeout: `${NODE}/http.html#serverheaderstimeout`,
  requestTimeout: `${NODE}/http.html#serverrequesttimeout`,
  agent: `${NODE}/http.html#new-agentoptions`,
  clientTimeout: `${NODE}/http.html#requestsettimeouttimeout-callback`,
  maxHeaderSize: `${NODE}/cli.html#--max-http-header-sizesize`,
  signals: `${NODE}/process.html#signal-events`,
  unhandledRejections: `${NODE}/cli.html#--unhandled-rejectionsmode`,
  unhandledRejectionEvent: `${NODE}/process.html#event-unhandledrejection`,
  uncaughtException: `${NODE}/process.html#warning-using-uncaughtexception-correctly`,
  threadPool: `${NODE}/cli.html#uv_threadpool_sizesize`,
  heapLimit: `${NODE}/cli.html#--max-old-space-sizesize-in-mib`,
  blocking: 'https://nodejs.org/en/learn/asynchronous-work/dont-block-the-event-loop',
  sourceMaps: `${NODE}/cli.html#--enable-source-maps`,
  report: `${NODE}/report.html`,
  inspector: `${NODE}/cli.html#warning-binding-inspector-to-a-public-ipport-combination-is-insecure`,
  releases: 'https://nodejs.org/en/about/previous-releases',
  schedule: 'https://github.com/nodejs/Release',
  nodeEnv:
    'https://nodejs.org/en/learn/getting-started/nodejs-the-difference-between-development-and-production',
  nodeInDocker: 'https://github.com/nodejs/docker-node/blob/main/docs/BestPractices.md',
  pidNamespaces: 'https://man7.org/linux/man-pages/man7/pid_namespaces.7.html',
  openFiles: 'https://man7.org/linux/man-pages/man2/getrlimit.2.html',
  probes: `${KUBERNETES}/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/`,
  podTermination: `${KUBERNETES}/concepts/workloads/pods/pod-lifecycle/#pod-termination`,
  hooks: `${KUBERNETES}/concepts/containers/container-lifecycle-hooks/`,
  resources: `${KUBERNETES}/concepts/configuration/manage-resources-containers/`,
  qualityOfService: `${KUBERNETES}/concepts/workloads/pods/pod-qos/`,
  securityContext: `${KUBERNETES}/tasks/configure-pod-container/security-context/`,
  awsBalancer:
    'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html',
  nginxUpstream: 'https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive_timeout',
  googleBalancer: 'https://docs.cloud.google.com/load-balancing/docs/https/request-distribution',
} as const;
