package dev.holdfast.http.apache;

import javax.net.ssl.SSLContext;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.net.NamedEndpoint;
import org.apache.hc.core5.reactor.ProtocolIOSession;
import org.apache.hc.core5.reactor.ProtocolUpgradeHandler;
import org.apache.hc.core5.reactor.ssl.SSLBufferMode;
import org.apache.hc.core5.reactor.ssl.SSLSessionInitializer;
import org.apache.hc.core5.reactor.ssl.SSLSessionVerifier;
import org.apache.hc.core5.reactor.ssl.TlsDetails;
import org.apache.hc.core5.reactor.ssl.TransportSecurityLayer;
import org.apache.hc.core5.util.Timeout;

/** The same of one that may start TLS, and change its protocol. */
abstract class ForwardingProtocolSession extends ForwardingSession<ProtocolIOSession>
    implements ProtocolIOSession {

  ForwardingProtocolSession(ProtocolIOSession session) {
    super(session);
  }

  @Override
  public void startTls(
      SSLContext tls,
      NamedEndpoint endpoint,
      SSLBufferMode buffers,
      SSLSessionInitializer initializer,
      SSLSessionVerifier verifier,
      Timeout timeout) {
    session().startTls(tls, endpoint, buffers, initializer, verifier, timeout);
  }

  @Override
  public void startTls(
      SSLContext tls,
      NamedEndpoint endpoint,
      SSLBufferMode buffers,
      SSLSessionInitializer initializer,
      SSLSessionVerifier verifier,
      Timeout timeout,
      FutureCallback<TransportSecurityLayer> callback) {
    session().startTls(tls, endpoint, buffers, initializer, verifier, timeout, callback);
  }

  @Override
  public TlsDetails getTlsDetails() {
    return session().getTlsDetails();
  }

  @Override
  public NamedEndpoint getInitialEndpoint() {
    return session().getInitialEndpoint();
  }

  @Override
  public void switchProtocol(String protocol, FutureCallback<ProtocolIOSession> callback) {
    session().switchProtocol(protocol, callback);
  }

  @Override
  public void registerProtocol(String protocol, ProtocolUpgradeHandler handler) {
    session().registerProtocol(protocol, handler);
  }
}
