package dev.holdfast.usage;

import dev.holdfast.internal.usage.CallSite;
import java.util.HashMap;
import java.util.Map;

/**
 * Which endpoint is used how. One registry for all pools and clients of a process that are to be
 * kept apart. Thread-safe. An endpoint is remembered as long as one of its declarations is open.
 */
public final class UsageRegistry {

  private static final class Declared {
    private final Usage usage;
    private final String site;
    private int holders;

    private Declared(Usage usage, String site) {
      this.usage = usage;
      this.site = site;
    }
  }

  private static final UsageRegistry SHARED = new UsageRegistry();

  private final Map<String, Declared> endpoints = new HashMap<>();

  /** Creates an empty registry. */
  public UsageRegistry() {}

  /**
   * The registry of this process, which clients use unless given another.
   *
   * @return always the same one
   */
  public static UsageRegistry shared() {
    return SHARED;
  }

  /**
   * Declares an endpoint for one use, as often as one likes.
   *
   * @param endpoint {@code host:port} as the user wrote it
   * @param usage how its connections are used
   * @return the declaration, to be closed with the pool or client it was made for
   * @throws MixedUsageException if it is declared for the other use, naming both call sites
   */
  public EndpointUsage declare(String endpoint, Usage usage) {
    return declare(endpoint, usage, CallSite.find());
  }

  /**
   * Declares an endpoint where the user's code is no longer in the stack.
   *
   * @param endpoint {@code host:port} as the user wrote it
   * @param usage how its connections are used
   * @param site where the user said so, from {@link CallSite#find()}
   * @return the declaration, to be closed with the pool or client it was made for
   * @throws MixedUsageException if it is declared for the other use, naming both call sites
   */
  public EndpointUsage declare(String endpoint, Usage usage, String site) {
    synchronized (endpoints) {
      Declared declared = endpoints.computeIfAbsent(endpoint, first -> new Declared(usage, site));
      if (declared.usage != usage) {
        throw new MixedUsageException(endpoint, declared.usage, declared.site, site);
      }
      declared.holders++;
    }
    return new EndpointUsage(this, endpoint, usage);
  }

  void withdraw(String endpoint) {
    synchronized (endpoints) {
      Declared declared = endpoints.get(endpoint);
      if (declared != null && --declared.holders == 0) {
        endpoints.remove(endpoint);
      }
    }
  }
}
