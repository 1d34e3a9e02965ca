package dev.holdfast.http.apache;

import dev.holdfast.internal.dial.NameWatch;
import dev.holdfast.internal.socket.AddressMemory;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.hc.client5.http.DnsResolver;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of a name, one after another, where HttpClient would dial all of them within one
 * connect: it asks the user's resolver and hands on one address at a time, so that each has its own
 * place at the gate. Thread-safe.
 */
final class Addresses implements DnsResolver {

  /** {@code resolve(host, port)}; null in HttpClient 5.4, which has no such method. */
  private static final @Nullable MethodHandle RESOLVE_PORT = resolvePort();

  /** What is resolved on this thread, for a connect over the resolver of one pool. */
  private record Only(Addresses resolver, InetSocketAddress address) {}

  private static final ThreadLocal<@Nullable Only> ONLY = new ThreadLocal<>();

  private final DnsResolver users;
  private final AddressMemory memory = new AddressMemory();

  Addresses(DnsResolver users) {
    this.users = users;
  }

  private static @Nullable MethodHandle resolvePort() {
    try {
      MethodType type = MethodType.methodType(List.class, String.class, int.class);
      return MethodHandles.publicLookup().findVirtual(DnsResolver.class, "resolve", type);
    } catch (ReflectiveOperationException old) {
      return null;
    }
  }

  /**
   * Looks names up as a connect to a port does, which a resolver may know.
   *
   * @param addresses by identity
   */
  record AtPort(Addresses addresses, int port) implements NameWatch.Resolver {

    @Override
    public InetAddress[] resolve(String name) throws UnknownHostException {
      return addresses.resolved(name, port).stream()
          .map(InetSocketAddress::getAddress)
          .filter(Objects::nonNull)
          .toArray(InetAddress[]::new);
    }
  }

  /** One step of a connect. */
  @FunctionalInterface
  interface Step {
    void run() throws IOException;
  }

  /**
   * Runs a step that resolves whatever it asks for to one address.
   *
   * @param address null if it is to ask the user's resolver
   */
  void only(@Nullable InetSocketAddress address, Step step) throws IOException {
    @Nullable Only before = ONLY.get();
    ONLY.set(address == null ? null : new Only(this, address));
    try {
      step.run();
    } finally {
      ONLY.set(before);
    }
  }

  private @Nullable InetSocketAddress one() {
    @Nullable Only only = ONLY.get();
    return only != null && only.resolver() == this ? only.address() : null;
  }

  /**
   * All addresses in the order in which they are to be dialled: as resolved, the families in turn
   * (RFC 8305, section 4), and those last that failed lately.
   *
   * @return empty if the resolver knows none
   */
  List<InetSocketAddress> of(String host, int port) throws UnknownHostException {
    return memory.inOrder(resolved(host, port));
  }

  private List<InetSocketAddress> resolved(String host, int port) throws UnknownHostException {
    MethodHandle resolve = RESOLVE_PORT;
    if (resolve != null) {
      return resolved(resolve, host, port);
    }
    List<InetSocketAddress> all = new ArrayList<>();
    InetAddress @Nullable [] found = users.resolve(host);
    for (int i = 0; found != null && i < found.length; i++) {
      all.add(new InetSocketAddress(found[i], port));
    }
    return all;
  }

  @SuppressWarnings("unchecked") // the method's own type
  private List<InetSocketAddress> resolved(MethodHandle resolve, String host, int port)
      throws UnknownHostException {
    try {
      return (List<InetSocketAddress>) resolve.invoke(users, host, port);
    } catch (UnknownHostException | RuntimeException | Error theirs) {
      throw theirs;
    } catch (Throwable undeclared) {
      throw new IllegalStateException(undeclared);
    }
  }

  /** Which addresses have failed lately. */
  AddressMemory memory() {
    return memory;
  }

  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    InetSocketAddress only = one();
    return only == null ? users.resolve(host) : new InetAddress[] {only.getAddress()};
  }

  /** Since HttpClient 5.5. */
  @SuppressWarnings("MissingOverride") // or 5.4 would not compile it
  public List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
    InetSocketAddress only = one();
    return only == null ? resolved(host, port) : List.of(only);
  }

  @Override
  public String resolveCanonicalHostname(String host) throws UnknownHostException {
    return users.resolveCanonicalHostname(host);
  }
}
