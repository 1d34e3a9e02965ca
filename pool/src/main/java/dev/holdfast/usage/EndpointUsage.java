package dev.holdfast.usage;

import java.util.concurrent.atomic.AtomicBoolean;

/** One declaration of how an endpoint is used. Thread-safe. */
public final class EndpointUsage implements AutoCloseable {

  private final UsageRegistry registry;
  private final String endpoint;
  private final Usage usage;
  private final AtomicBoolean closed = new AtomicBoolean();

  EndpointUsage(UsageRegistry registry, String endpoint, Usage usage) {
    this.registry = registry;
    this.endpoint = endpoint;
    this.usage = usage;
  }

  /**
   * The endpoint.
   *
   * @return as declared
   */
  public String endpoint() {
    return endpoint;
  }

  /**
   * Its use.
   *
   * @return as declared
   */
  public Usage usage() {
    return usage;
  }

  /** Withdraws the declaration; with the last one the endpoint is free for either use. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      registry.withdraw(endpoint);
    }
  }
}
