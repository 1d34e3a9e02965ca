package dev.holdfast.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.holdfast.guard.Guard;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which plan goes for which host. */
final class HostPlansTest {

  private static final ConnectionPlan OTHERS = plan("others");

  private final HostPlans plans =
      HostPlans.of(OTHERS)
          .with("*.example.com", plan("domain"))
          .with("*.example.com:8443", plan("domain-8443"))
          .with("*.eu.example.com", plan("sub"))
          .with("API.example.com", plan("host"))
          .with("api.example.com:9443", plan("host-9443"))
          .with("192.0.2.7", plan("v4"))
          .with("[2001:db8::7]:443", plan("v6"));

  private static ConnectionPlan plan(String server) {
    return NetworkPath.parse(server + ":timeout=1m").plan();
  }

  @ParameterizedTest
  @CsvSource({
    "api.example.com, 443, host",
    "Api.Example.Com., 443, host",
    "api.example.com, 9443, host-9443",
    "other.example.com, 443, domain",
    "other.example.com, 8443, domain-8443",
    "api.example.com, 8443, host",
    "a.b.example.com, 443, domain",
    "a.eu.example.com, 443, sub",
    "a.eu.example.com, 8443, sub",
    "example.com, 443, others",
    "notexample.com, 443, others",
    "192.0.2.7, 80, v4",
    "192.0.2.8, 80, others",
    "2001:db8:0:0::7, 443, v6",
    "[2001:DB8::7], 443, v6",
    "[2001:db8::7], 80, others",
    "localhost, 80, others",
  })
  void mustTakeTheMostExact(String host, int port, String expected) {
    assertThat(plans.of(host, port).path().server().name()).isEqualTo(expected);
  }

  @Test
  void mustTakeWhatIsDialledByTheNameItWasAskedForBy() {
    InetSocketAddress named = InetSocketAddress.createUnresolved("api.example.com", 443);
    assertThat(plans.of(named).path().server().name()).isEqualTo("host");
    assertThat(HostPlans.of(OTHERS).of(named)).isSameAs(OTHERS);
  }

  @Test
  void mustListAllWithTheOthersLast() {
    assertThat(plans.all().keySet())
        .hasSize(8)
        .startsWith("*.example.com", "*.example.com:8443")
        .endsWith("[2001:db8::7]:443", Guard.OTHERS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "https://api.example.com",
        "api.example.com/orders",
        "user@api.example.com",
        "api.example.com:0",
        "api.example.com:65536",
        "api.*.com",
        "*",
        "api example com",
      })
  void mustRefuseWhatIsNoHost(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plans.with(text, OTHERS))
        .withMessageContaining("host is '" + text + "'; it must be a host as in the URL")
        .withMessageContaining("Fix: write api.example.com");
  }

  @Test
  void mustRefuseTwoPlansOfOneHost() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plans.with("api.EXAMPLE.com", OTHERS))
        .withMessageContaining("host 'api.EXAMPLE.com' has two plans")
        .withMessageContaining("Fix: ");
  }
}
