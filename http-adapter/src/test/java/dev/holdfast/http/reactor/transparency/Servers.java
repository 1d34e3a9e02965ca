package dev.holdfast.http.reactor.transparency;

import dev.holdfast.lab.NginxServer;
import dev.holdfast.lab.TlsIdentity;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** All that programs ask, for one thread that runs them. */
final class Servers implements AutoCloseable {

  final Journal journal = new Journal();
  final Path unix;
  private final Path directory;
  private final RawServer raw;
  private final RawServer rawTls;
  private final NettyServer netty;
  private final NettyServer nettyTls;
  private final NettyServer nettyUnix;
  private final NginxServer nginx;
  private int runs;

  Servers(NginxServer nginx) throws IOException {
    this.nginx = nginx;
    directory = Files.createTempDirectory("holdfast");
    unix = directory.resolve("s");
    raw = new RawServer(journal, null);
    rawTls = new RawServer(journal, TlsIdentity.shared().server());
    netty = new NettyServer(journal, false, null);
    nettyTls = new NettyServer(journal, true, null);
    nettyUnix = new NettyServer(journal, false, unix);
    raw.other("http://127.0.0.1:" + netty.port());
    netty.other("http://127.0.0.1:" + netty.port()); // what HTTP/2 can follow
    rawTls.other("https://127.0.0.1:" + nettyTls.port());
    nettyTls.other("https://localhost:" + nettyTls.port());
    nettyUnix.other("http://127.0.0.1:" + netty.port());
  }

  /** A name for a run, part of the paths it asks for. */
  String nextRun() {
    return "r" + ++runs;
  }

  String uri(Setting setting, Step step, String run) {
    boolean tls = setting.speaks().tls();
    String path = "/" + run + "/" + step.kind() + "/" + step.number();
    if (setting.speaks() == Setting.Speaks.UNIX) {
      return path;
    }
    int port =
        switch (step.server()) {
          case RAW -> (tls ? rawTls : raw).port();
          case NETTY -> (tls ? nettyTls : netty).port();
          case NGINX -> tls ? nginx.tlsPort() : nginx.port();
        };
    return (tls ? "https" : "http") + "://127.0.0.1:" + port + path;
  }

  DomainSocketAddress socket() {
    return new DomainSocketAddress(unix.toString());
  }

  @Override
  public void close() throws IOException {
    raw.close();
    rawTls.close();
    netty.close();
    nettyTls.close();
    nettyUnix.close();
    Files.deleteIfExists(unix);
    Files.deleteIfExists(directory);
  }
}
