package dev.holdfast.lab.kernel;

/**
 * The switch that takes the guard away from tests which show it at work: with {@code
 * -Dholdfast.lab.guard=off} each {@link KernelLab} test has to fail, and counts as failed if it
 * does not.
 */
public final class GuardSwitch {

  private static final String PROPERTY = "holdfast.lab.guard";

  private GuardSwitch() {}

  /**
   * Whether guarded clients have to be left bare.
   *
   * @return true with the property set to {@code off}
   */
  public static boolean isOff() {
    return "off".equals(System.getProperty(PROPERTY));
  }
}
