/**
 * Logging configuration for a server, by the backend its class path holds: all to standard output, which the runtime
 * keeps. Without one logback prints every DEBUG line and log4j prints nothing at all.
 */
import type { LoggingBackend } from "./distribution-model.js";

export interface LoggingConfiguration {
  /** Name of the file to put in the server's configuration directory; null when none is needed. */
  readonly file: { readonly name: string; readonly content: string } | null;
  /** JVM options that make the server use it, given the directory as the server sees it. */
  jvmOptions(configurationDirectory: string): readonly string[];
}

export type LogLevel = "DEBUG" | "INFO" | "WARN" | "ERROR";

const LOG4J = (level: LogLevel) => `log4j.rootLogger=${level}, CONSOLE
log4j.appender.CONSOLE=org.apache.log4j.ConsoleAppender
log4j.appender.CONSOLE.layout=org.apache.log4j.PatternLayout
log4j.appender.CONSOLE.layout.ConversionPattern=%d{ISO8601} [myid:%X{myid}] - %-5p [%t:%C{1}@%L] - %m%n
`;

const LOGBACK = (level: LogLevel) => `<configuration>
  <appender name="CONSOLE" class="ch.qos.logback.core.ConsoleAppender">
    <encoder>
      <pattern>%d{ISO8601} [myid:%X{myid}] - %-5p [%t:%C{1}@%L] - %m%n</pattern>
    </encoder>
  </appender>
  <root level="${level}">
    <appender-ref ref="CONSOLE" />
  </root>
</configuration>
`;

/** What a server with `backend` needs to print lines of `level` and above. */
export function loggingConfiguration(backend: LoggingBackend, level: LogLevel): LoggingConfiguration {
  switch (backend) {
    case "log4j1":
      return {
        file: { name: "log4j.properties", content: LOG4J(level) },
        jvmOptions: (directory) => [`-Dlog4j.configuration=file:${directory}/log4j.properties`],
      };
    case "logback":
      return {
        file: { name: "logback.xml", content: LOGBACK(level) },
        jvmOptions: (directory) => [`-Dlogback.configurationFile=${directory}/logback.xml`],
      };
    case "simple":
      return {
        file: null,
        jvmOptions: () => [
          `-Dorg.slf4j.simpleLogger.defaultLogLevel=${level.toLowerCase()}`,
          "-Dorg.slf4j.simpleLogger.logFile=System.out",
        ],
      };
    case "none":
      return { file: null, jvmOptions: () => [] };
  }
}
