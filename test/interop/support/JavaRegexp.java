import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Answers what java.util.regex makes of patterns. One line in: a pattern and texts, percent-encoded, between tabs. One
 * line out: a digit for each text (1: found, 0: not found, ?: gave up), or `E` with the message that refuses the pattern. With `groups`
 * as argument it is for each text, between spaces, the start and the end of the whole match and of each group, joined by commas.
 */
class JavaRegexp {
  private static final int MAX_STEPS = 200_000;

  /** A text that stops a search that takes exponential time. */
  private static final class Bounded implements CharSequence {
    private final String text;
    private int steps;

    Bounded(String text) {
      this.text = text;
    }

    public char charAt(int i) {
      if (++steps > MAX_STEPS) throw new IllegalStateException("too many steps");
      return text.charAt(i);
    }

    public int length() {
      return text.length();
    }

    public CharSequence subSequence(int from, int to) {
      return text.subSequence(from, to);
    }

    public String toString() {
      return text;
    }
  }

  private static String decode(String s) {
    return URLDecoder.decode(s, StandardCharsets.UTF_8);
  }

  private static String find(Pattern pattern, String text, boolean groups) {
    try {
      var matcher = pattern.matcher(new Bounded(text));
      if (!matcher.find()) return groups ? " 0" : "0";
      if (!groups) return "1";
      var spans = new StringJoiner(",", " ", "");
      for (int i = 0; i <= matcher.groupCount(); i++) spans.add(matcher.start(i) + "," + matcher.end(i));
      return spans.toString();
    } catch (IllegalStateException | StackOverflowError e) {
      return groups ? " ?" : "?";
    }
  }

  public static void main(String[] args) throws Exception {
    boolean groups = args.length > 0 && args[0].equals("groups");
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String line; (line = in.readLine()) != null; ) {
      String[] parts = line.split("\t", -1);
      var answer = new StringBuilder();
      try {
        var pattern = Pattern.compile(decode(parts[0]));
        for (int i = 1; i < parts.length; i++) answer.append(find(pattern, decode(parts[i]), groups));
      } catch (PatternSyntaxException e) {
        answer.append('E').append(URLEncoder.encode(e.getMessage(), StandardCharsets.UTF_8));
      } catch (RuntimeException | StackOverflowError e) {
        answer.append('E').append(URLEncoder.encode(e.toString(), StandardCharsets.UTF_8));
      }
      out.println(answer);
    }
    out.flush();
  }
}
