// The messages of OTLP as the package otlp-proto generates them from OpenTelemetry's proto files: what the tests use of them.
declare module 'otlp-proto/build/src/generated/root.js' {
  interface Message {
    verify(message: object): string | null;
    fromObject(json: object): object;
    toObject(message: object, options: object): object;
  }
  const root: {
    opentelemetry: {
      proto: {
        collector: {
          metrics: { v1: { ExportMetricsServiceRequest: Message } };
          logs: { v1: { ExportLogsServiceRequest: Message } };
        };
      };
    };
  };
  export default root;
}
