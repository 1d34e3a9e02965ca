package dev.holdfast.http.apache;

import java.net.SocketAddress;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.ProtocolVersion;
import org.apache.hc.core5.util.Identifiable;
import org.apache.hc.core5.util.Timeout;

/** What a connection in front of another one hands on as it is. */
abstract class ForwardingConnection implements ManagedHttpClientConnection, Identifiable {

  /** The connection underneath, which may be replaced. */
  abstract ManagedHttpClientConnection delegate();

  @Override
  public boolean isConsistent() {
    return delegate().isConsistent();
  }

  @Override
  public EndpointDetails getEndpointDetails() {
    return delegate().getEndpointDetails();
  }

  @Override
  public SocketAddress getLocalAddress() {
    return delegate().getLocalAddress();
  }

  @Override
  public SocketAddress getRemoteAddress() {
    return delegate().getRemoteAddress();
  }

  @Override
  public ProtocolVersion getProtocolVersion() {
    return delegate().getProtocolVersion();
  }

  @Override
  public Timeout getSocketTimeout() {
    return delegate().getSocketTimeout();
  }

  @Override
  public void setSocketTimeout(Timeout timeout) {
    delegate().setSocketTimeout(timeout);
  }

  @Override
  public String getId() {
    return delegate() instanceof Identifiable known ? known.getId() : delegate().toString();
  }

  @Override
  public String toString() {
    return delegate().toString();
  }
}
