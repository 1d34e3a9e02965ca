package dev.holdfast.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.concurrent.TimeUnit;

/**
 * A self-signed certificate for {@code localhost} and 127.0.0.1, made afresh.
 *
 * @param certificatePem the certificate, as server and client read it
 * @param keyPem the private key, PKCS #8
 * @param keyStore a PKCS #12 store with both, for servers in this JVM
 * @param trustStore a PKCS #12 store that holds the certificate only
 */
record TlsFiles(Path certificatePem, Path keyPem, Path keyStore, Path trustStore) {
  static final String PASSWORD = "holdfast-lab";

  private static final String ALIAS = "redis";
  private static final long KEYTOOL_DEADLINE_SECONDS = 60;

  static TlsFiles create(Path dir) {
    try {
      Path keyStore = dir.resolve("redis.p12");
      runKeytool(keyStore, dir.resolve("keytool.log"));
      KeyStore store = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(keyStore)) {
        store.load(in, PASSWORD.toCharArray());
      }
      Key key = store.getKey(ALIAS, PASSWORD.toCharArray());
      Certificate certificate = store.getCertificate(ALIAS);
      return new TlsFiles(
          writePem(dir.resolve("redis.crt"), "CERTIFICATE", certificate.getEncoded()),
          writePem(dir.resolve("redis.key"), "PRIVATE KEY", key.getEncoded()),
          keyStore,
          writeTrustStore(dir.resolve("trust.p12"), certificate));
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("The lab's certificate could not be made in " + dir, e);
    }
  }

  private static void runKeytool(Path keyStore, Path log) throws IOException {
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-sigalg",
                "SHA256withECDSA",
                "-dname",
                "CN=localhost",
                "-ext",
                "SAN=dns:localhost,ip:127.0.0.1",
                "-startdate",
                "-1d",
                "-validity",
                "30",
                "-storetype",
                "PKCS12",
                "-keystore",
                keyStore.toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      if (!keytool.waitFor(KEYTOOL_DEADLINE_SECONDS, TimeUnit.SECONDS)) {
        keytool.destroyForcibly();
        throw new IOException("keytool did not end");
      }
    } catch (InterruptedException e) {
      keytool.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while keytool ran", e);
    }
    if (keytool.exitValue() != 0) {
      throw new IOException("keytool failed: " + Files.readString(log).strip());
    }
  }

  private static Path writePem(Path file, String label, byte[] der) throws IOException {
    Base64.Encoder lines = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
    String body = lines.encodeToString(der);
    String pem = "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    return Files.writeString(file, pem);
  }

  private static Path writeTrustStore(Path file, Certificate certificate)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry(ALIAS, certificate);
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, PASSWORD.toCharArray());
    }
    return file;
  }
}
