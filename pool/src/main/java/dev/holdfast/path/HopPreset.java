package dev.holdfast.path;

import java.time.Duration;
import java.util.Set;

/**
 * Middleboxes whose idle limit was read from a source or measured. The value is the box's default;
 * one that was tuned is declared with {@code preset.hop().withIdleLimit(...)}.
 *
 * <p>Load balancers also {@linkplain Hop#balances() balance}. Proxies and service meshes may: say
 * {@code preset.hop().withBalancer()} where several servers stand behind one.
 */
public enum HopPreset {
  /**
   * Linux nf_conntrack, nf_conntrack_tcp_timeout_established: 432000 s. Source:
   * torvalds/linux:Documentation/networking/nf_conntrack-sysctl.rst + live sysctl 6.18;
   * net/netfilter/nf_conntrack_proto_tcp.c (intel-lab-lkp/linux{@literal @}08d9f880) + live test.
   */
  LINUX_CONNTRACK(
      "linux-conntrack",
      432000,
      300,
      "torvalds/linux:Documentation/networking/nf_conntrack-sysctl.rst"),
  /**
   * Open vSwitch userspace datapath conntrack, TCP_ESTABLISHED: 86400 s. Source:
   * openvswitch/ovs:lib/conntrack-tp.c (24*60*60; fin_wait 900; time_wait 45; syn 30).
   */
  OVS_USERSPACE("ovs-userspace", 86400, "openvswitch/ovs:lib/conntrack-tp.c"),
  /**
   * kube-proxy (node netns), conntrack.tcpEstablishedTimeout: 86400 s. Source:
   * kubernetes/kubernetes:pkg/proxy/apis/config/v1alpha1/defaults.go;
   * torvalds/linux:Documentation/networking/nf_conntrack-sysctl.rst + live sysctl 6.18;
   * net/netfilter/nf_conntrack_proto_tcp.c (intel-lab-lkp/linux{@literal @}08d9f880) + live test.
   */
  K8S_IPTABLES(
      "k8s-iptables",
      86400,
      300,
      "kubernetes/kubernetes:pkg/proxy/apis/config/v1alpha1/defaults.go"),
  /**
   * IPVS, tcp ESTABLISHED: 900 s. IPVS rides on netfilter, so the conntrack unacknowledged class
   * applies too. Source: torvalds/linux:net/netfilter/ipvs/ip_vs_proto_tcp.c (15*60*HZ);
   * torvalds/linux:Documentation/networking/nf_conntrack-sysctl.rst + live sysctl 6.18;
   * net/netfilter/nf_conntrack_proto_tcp.c (intel-lab-lkp/linux{@literal @}08d9f880) + live test.
   */
  K8S_IPVS("k8s-ipvs", 900, 300, "torvalds/linux:net/netfilter/ipvs/ip_vs_proto_tcp.c"),
  /**
   * Docker Swarm overlay VIP (IPVS), IPVS tcp: 900 s. Source: moby/moby#31208,#37822,#37466;
   * torvalds/linux:Documentation/networking/nf_conntrack-sysctl.rst + live sysctl 6.18;
   * net/netfilter/nf_conntrack_proto_tcp.c (intel-lab-lkp/linux{@literal @}08d9f880) + live test.
   */
  DOCKER_SWARM("docker-swarm", 900, 300, "moby/moby#31208,#37822,#37466"),
  /**
   * AWS NLB TCP listener, tcp.idle_timeout.seconds: 350 s. Told to nobody at expiry; the next
   * sender meets an RST. Tunable from 60 to 6000 s; see W2 above 350 s. Source: docs.aws
   * update-idle-timeout; aws blog introducing-nlb-tcp-configurable-idle-timeout.
   */
  AWS_NLB("aws-nlb", 350, "docs.aws update-idle-timeout"),
  /**
   * AWS NLB TLS listener, idle timeout: 350 s. Not tunable. Source: docs.aws update-idle- timeout.
   */
  AWS_NLB_TLS("aws-nlb-tls", 350, IdleClock.ANY_SEGMENT, "docs.aws update-idle-timeout"),
  /** AWS Gateway LB, tcp idle: 350 s. Source: docs.amazonaws.cn gateway/update-idle-timeout. */
  AWS_GATEWAY_LB("aws-gateway-lb", 350, "docs.amazonaws.cn gateway/update-idle-timeout"),
  /**
   * AWS ALB (proxy), idle_timeout.timeout_seconds: 60 s. HTTP/2 PING does not reset it. Source:
   * docs.aws application/edit-load-balancer-attributes.
   */
  AWS_ALB("aws-alb", 60, IdleClock.PAYLOAD, "docs.aws application/edit-load-balancer-attributes"),
  /**
   * AWS Classic ELB (proxy), ConnectionSettings.IdleTimeout: 60 s. Source: docs.aws
   * classic/config-idle-timeout.
   */
  AWS_CLASSIC_ELB("aws-classic-elb", 60, IdleClock.PAYLOAD, "docs.aws classic/config-idle-timeout"),
  /**
   * AWS NAT Gateway, idle timeout: 350 s. The next sender inside meets an RST. Source: AWS VPC NAT
   * comparison doc (RST quote); aws KC lambda-vpc-timeout (350).
   */
  AWS_NAT_GATEWAY("aws-nat-gateway", 350, "AWS VPC NAT comparison doc"),
  /**
   * EC2 security-group tracking, Nitro v6, TcpEstablishedTimeout: 350 s. Tunable per network
   * interface. Source: docs.aws API_ConnectionTrackingConfiguration.
   */
  EC2_NITRO_V6("ec2-nitro-v6", 350, "docs.aws API_ConnectionTrackingConfiguration"),
  /**
   * EC2 security-group tracking, other types, TcpEstablishedTimeout: 432000 s. Instance types other
   * than Nitro v6; tunable per network interface. Source: docs.aws
   * API_ConnectionTrackingConfiguration.
   */
  EC2_SECURITY_GROUP("ec2-security-group", 432000, "docs.aws API_ConnectionTrackingConfiguration"),
  /**
   * AWS Network Firewall, TcpIdleTimeoutSeconds: 350 s. Source: docs.aws network-firewall
   * FlowTimeouts.
   */
  AWS_NETWORK_FIREWALL("aws-network-firewall", 350, "docs.aws network-firewall FlowTimeouts"),
  /**
   * GCP VPC firewall / connection tracking, idle: 600 s. Source:
   * cloud.google.com/compute/docs/troubleshooting (zh-cn text quoted).
   */
  GCP_VPC("gcp-vpc", 600, "cloud.google.com/compute/docs/troubleshooting"),
  /**
   * GCP Cloud NAT, tcpEstablishedIdleTimeoutSec: 1200 s. Source: google compute API RouterNat:
   * "Defaults to 1200s if not set".
   */
  GCP_CLOUD_NAT("gcp-cloud-nat", 1200, "google compute API RouterNat"),
  /**
   * Azure Load Balancer, idleTimeoutInMinutes: 240 s. With TCP reset enabled use {@code
   * withExpiry(RST)}. Source: MicrosoftDocs/azure-docs load-balancer-tcp-idle-timeout.md,
   * load-balancer-tcp-reset.md.
   */
  AZURE_LB(
      "azure-lb",
      240,
      "MicrosoftDocs/azure-docs load-balancer-tcp-idle-timeout.md, load-balancer-tcp-reset.md"),
  /**
   * Azure NAT Gateway, TCP idle timeout: 240 s. Source: MicrosoftDocs/azure-docs nat-gateway-
   * resource.md.
   */
  AZURE_NAT_GATEWAY("azure-nat-gateway", 240, "MicrosoftDocs/azure-docs nat-gateway-resource.md"),
  /**
   * Alibaba CLB TCP, EstablishedTimeout: 900 s. Source: alibabacloud CreateLoadBalancerTCPListener
   * (range); default recalled.
   */
  ALIYUN_CLB("aliyun-clb", 900, "alibabacloud CreateLoadBalancerTCPListener"),
  /**
   * Alibaba NLB, IdleTimeout: 900 s. Source: alibabacloud api-createlistener-nl "Default value:
   * 900".
   */
  ALIYUN_NLB("aliyun-nlb", 900, "alibabacloud api-createlistener-nl"),
  /**
   * Tencent CLB TCP, IdleConnectTimeout: 900 s. Source: tencentcloud SDK
   * Listener.IdleConnectTimeout.
   */
  TENCENT_CLB("tencent-clb", 900, "tencentcloud SDK Listener.IdleConnectTimeout"),
  /**
   * Tencent GWLB, TcpIdleConnectTimeout: 350 s. Its expiry is not documented; silence is assumed.
   * Source: tencentcloud SDK.
   */
  TENCENT_GATEWAY_LB("tencent-gateway-lb", 350, "tencentcloud SDK"),
  /** Huawei ELB TCP, keepalive_timeout: 300 s. Source: support.huaweicloud elb_faq_0309. */
  HUAWEI_ELB_TCP("huawei-elb-tcp", 300, Expiry.FIN, "support.huaweicloud elb_faq_0309"),
  /** Huawei ELB HTTP, keepalive_timeout: 60 s. Source: support.huaweicloud elb_faq_0309. */
  HUAWEI_ELB_HTTP("huawei-elb-http", 60, IdleClock.REQUEST, "support.huaweicloud elb_faq_0309"),
  /** UCloud CLB proxy, idle: 60 s. Source: ucloud-global idletimeout FAQ. */
  UCLOUD_CLB("ucloud-clb", 60, IdleClock.ANY_SEGMENT, "ucloud-global idletimeout FAQ"),
  /**
   * Oracle OCI NLB, tcp-idle-timeout: 360 s. Its expiry is not documented; silence is assumed.
   * Source: docs.oracle configure-idle-timeout.
   */
  OCI_NLB("oci-nlb", 360, "docs.oracle configure-idle-timeout"),
  /**
   * Cisco ASA, timeout conn: 3600 s. With {@code reset} configured use {@code withExpiry(RST)}.
   * Source: cisco ASA Connection Settings guide.
   */
  CISCO_ASA("cisco-asa", 3600, "cisco ASA Connection Settings guide"),
  /**
   * Palo Alto PAN-OS, TCP default timeout: 3600 s. Source: knowledgebase.paloaltonetworks
   * kA10g000000ClRiCAK "TCP default timeout: 3600 secs".
   */
  PALO_ALTO("palo-alto", 3600, "knowledgebase.paloaltonetworks kA10g000000ClRiCAK"),
  /**
   * Juniper SRX, TCP inactivity: 1800 s. Source: juniper.net policy-application-timeout Table 1.
   */
  JUNIPER_SRX("juniper-srx", 1800, "juniper.net policy-application-timeout Table 1"),
  /**
   * F5 BIG-IP fastL4/tcp, idleTimeout: 300 s. As fastL4; a tcp profile is a full proxy: say {@code
   * terminates(true)}. Source: clouddocs.f5 L4_Profile schema.
   */
  F5_BIGIP("f5-bigip", 300, Expiry.RST, "clouddocs.f5 L4_Profile schema"),
  /**
   * Envoy HTTP conn, common_http_protocol_options.idle_timeout: 3600 s. Source: envoyproxy.io v1.39
   * faq timeouts.
   */
  ENVOY_HTTP("envoy-http", 3600, IdleClock.REQUEST, "envoyproxy.io v1.39 faq timeouts"),
  /** Envoy tcp_proxy, idle_timeout: 3600 s. Source: envoyproxy/envoy faq timeouts.rst. */
  ENVOY_TCP("envoy-tcp", 3600, IdleClock.PAYLOAD, "envoyproxy/envoy faq timeouts.rst"),
  /**
   * Istio sidecar, Envoy defaults (1 h http/tcp, 5 min stream): 3600 s. Source: istio#40619 "one
   * hour (the default)".
   */
  ISTIO("istio", 3600, IdleClock.PAYLOAD, "istio#40619"),
  /** nginx stream, proxy_timeout: 600 s. Source: ngx_stream_proxy_module.c 10*60000. */
  NGINX_STREAM("nginx-stream", 600, IdleClock.PAYLOAD, "ngx_stream_proxy_module.c 10*60000"),
  /**
   * A path nobody can describe: the lowest middlebox limits found in the field, 240 s idle and 300
   * s unacknowledged. Source: the recommended floor of the preset table, from azure.lb and
   * nf_conntrack.
   */
  GENERIC_UNKNOWN("generic-unknown", 240, 300, "recommended floor of the preset table");

  private final String id;

  @SuppressWarnings("ImmutableEnumChecker") // a hop has final fields only
  private final Hop hop;

  /** A flow table that counts any segment and forgets silently. */
  HopPreset(String id, int idleSeconds, String source) {
    this(id, source, flowTable(id, idleSeconds));
  }

  /** A flow table with a class of its own for unacknowledged data. */
  HopPreset(String id, int idleSeconds, int unacknowledgedSeconds, String source) {
    this(
        id,
        source,
        flowTable(id, idleSeconds).unacknowledgedLimit(Duration.ofSeconds(unacknowledgedSeconds)));
  }

  /** A flow table that tells the endpoints. */
  HopPreset(String id, int idleSeconds, Expiry expiry, String source) {
    this(id, source, flowTable(id, idleSeconds).expiry(expiry));
  }

  /** A full proxy, which closes in order. */
  HopPreset(String id, int idleSeconds, IdleClock clock, String source) {
    this(id, source, flowTable(id, idleSeconds).clock(clock).expiry(Expiry.FIN).terminates(true));
  }

  HopPreset(String id, String source, Hop.Builder builder) {
    this.id = id;
    this.hop = builder.source(source).balances(Balancers.IDS.contains(id)).preset(this).build();
  }

  /** A class of its own, as an enum's constants are built before its static fields. */
  private static final class Balancers {
    static final Set<String> IDS =
        Set.of(
            "k8s-iptables",
            "k8s-ipvs",
            "docker-swarm",
            "aws-nlb",
            "aws-nlb-tls",
            "aws-alb",
            "aws-classic-elb",
            "azure-lb",
            "aliyun-clb",
            "aliyun-nlb",
            "tencent-clb",
            "huawei-elb-tcp",
            "huawei-elb-http",
            "ucloud-clb",
            "oci-nlb",
            "f5-bigip");
  }

  private static Hop.Builder flowTable(String id, int idleSeconds) {
    return Hop.named(id)
        .idleLimit(Duration.ofSeconds(idleSeconds))
        .clock(IdleClock.ANY_SEGMENT)
        .expiry(Expiry.SILENT);
  }

  /**
   * The preset of a name, as {@code aws-nlb} or {@code AWS_NLB}.
   *
   * @param name the name; case does not matter, and underscores count as hyphens
   * @return the preset
   * @throws IllegalArgumentException if there is none; the message names the nearest and all known
   */
  public static HopPreset named(String name) {
    return PresetNames.find("hop preset", name, values(), HopPreset::id);
  }

  /**
   * The name of the preset, which is also the name of its hop.
   *
   * @return lower case words joined by hyphens
   */
  public String id() {
    return id;
  }

  /**
   * The hop with the box's default limits.
   *
   * @return the hop
   */
  public Hop hop() {
    return hop;
  }
}
