package dev.holdfast.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A self-signed certificate for {@code localhost} and 127.0.0.1, for both sides of a connection in
 * this JVM.
 *
 * @param server for the server: has its key
 * @param client for clients: trusts this certificate and no other
 * @param certificate itself, for clients that take it instead of a context
 */
public record TlsIdentity(SSLContext server, SSLContext client, X509Certificate certificate) {

  private static final class Shared {
    private static final TlsIdentity IDENTITY = make();
  }

  /**
   * One identity for all tests of this JVM: making one takes a second.
   *
   * @return always the same
   * @throws IllegalStateException if it cannot be made
   */
  public static TlsIdentity shared() {
    return Shared.IDENTITY;
  }

  private static TlsIdentity make() {
    Path dir = directory();
    try {
      return read(TlsFiles.create(dir));
    } finally {
      ServerProcess.deleteTree(dir);
    }
  }

  private static Path directory() {
    try {
      return Files.createTempDirectory("holdfast-tls");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static TlsIdentity read(TlsFiles files) {
    try {
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store(files.keyStore()), TlsFiles.PASSWORD.toCharArray());
      SSLContext server = SSLContext.getInstance("TLS");
      server.init(keys.getKeyManagers(), null, null);
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store(files.trustStore()));
      SSLContext client = SSLContext.getInstance("TLS");
      client.init(null, trust.getTrustManagers(), null);
      try (InputStream pem = Files.newInputStream(files.certificatePem())) {
        var certificate = CertificateFactory.getInstance("X.509").generateCertificate(pem);
        return new TlsIdentity(server, client, (X509Certificate) certificate);
      }
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("The lab's certificate cannot be read", e);
    }
  }

  private static KeyStore store(Path file) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, TlsFiles.PASSWORD.toCharArray());
    }
    return store;
  }
}
