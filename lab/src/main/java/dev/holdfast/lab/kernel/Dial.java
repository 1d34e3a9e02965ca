package dev.holdfast.lab.kernel;

/**
 * The addresses under which a client can reach the servers. They differ in what the next segment of
 * a forgotten flow meets; with {@link Network#loose(boolean)} on, a flow that still has its server
 * is picked up again on every one of them.
 */
public enum Dial {
  /**
   * The router's own address, forwarded to the servers with both addresses rewritten: a forgotten
   * flow's segment is the router's own to answer, with an RST.
   */
  ROUTER("10.77.1.1"),
  /**
   * An address nobody owns, forwarded in the same way, as many load balancers do: a forgotten
   * flow's segment vanishes.
   */
  VIRTUAL("10.77.100.1"),
  /**
   * The first server's own address, routed through a stateful filter: a forgotten flow's segment
   * vanishes.
   */
  ROUTED("10.77.10.2");

  private final String address;

  Dial(String address) {
    this.address = address;
  }

  /**
   * The address to connect to.
   *
   * @return an IPv4 address that exists in the lab only
   */
  public String address() {
    return address;
  }
}
