import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lists what the given SBOMs bring, and fails where a licence is none that an Apache-2.0 library may bring. */
final class Licences {

  private static final Set<String> ALLOWED =
      Set.of("Apache-2.0", "MIT", "MIT-0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "EPL-2.0");

  private static final Pattern COMPONENT = Pattern.compile("\"purl\"\\s*:\\s*\"pkg:maven/([^\"?]*)");
  private static final Pattern LICENCE =
      Pattern.compile("\"license\"\\s*:\\s*\\{\\s*\"(?:id|name)\"\\s*:\\s*\"([^\"]*)\"");

  private Licences() {}

  public static void main(String[] files) throws IOException {
    TreeMap<String, Set<String>> found = new TreeMap<>();
    for (String file : files) {
      read(Files.readString(Path.of(file)), found);
    }
    boolean fits = !found.isEmpty();
    for (var component : found.entrySet()) {
      boolean allowed = component.getValue().stream().anyMatch(ALLOWED::contains);
      fits &= allowed;
      System.out.printf(
          "%-11s %s %s%n", allowed ? "" : "not allowed", component.getKey(), component.getValue());
    }
    System.exit(fits ? 0 : 1);
  }

  /** The licences of a component stand before its purl. */
  private static void read(String sbom, TreeMap<String, Set<String>> found) {
    String components = sbom.substring(sbom.indexOf("\"components\""));
    Matcher component = COMPONENT.matcher(components);
    int from = 0;
    while (component.find()) {
      Matcher licence = LICENCE.matcher(components.substring(from, component.start()));
      Set<String> licences = found.computeIfAbsent(component.group(1), first -> new TreeSet<>());
      while (licence.find()) {
        licences.add(licence.group(1));
      }
      from = component.end();
    }
  }
}
