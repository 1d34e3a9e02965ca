package dev.holdfast.benchmarks.transparency;

/**
 * A program that shows something else when guarded.
 *
 * @param program as short as it could be made
 * @param mode of the guarded client
 * @param difference what it shows
 */
public record Finding(Program program, Mode mode, Difference difference) {

  /**
   * The seed the program was made from.
   *
   * @return the seed
   */
  public long seed() {
    return program.seed();
  }

  @Override
  public String toString() {
    return "%s, %s%n  differs in %s".formatted(mode, program, difference);
  }
}
