import java.util.*;

/** Reads and writes JSON as maps, lists, strings, numbers, booleans and null. */
final class Json {
    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    static Object read(String text) {
        return new Json(text).value();
    }

    private Object value() {
        char first = next();
        switch (first) {
            case '{': {
                var object = new LinkedHashMap<String, Object>();
                for (char c = next(); c != '}'; c = next()) {
                    if (c == ',') c = next();
                    String key = string();
                    next();
                    object.put(key, value());
                }
                return object;
            }
            case '[': {
                var array = new ArrayList<>();
                for (char c = next(); c != ']'; c = next()) {
                    if (c != ',') at--;
                    array.add(value());
                }
                return array;
            }
            case '"':
                return string();
            default: {
                int from = at - 1;
                while (at < text.length() && "+-.eE0123456789truefalsn".indexOf(text.charAt(at)) >= 0) at++;
                String word = text.substring(from, at);
                return switch (word) {
                    case "true" -> true;
                    case "false" -> false;
                    case "null" -> null;
                    default -> word.matches("-?\\d+") ? (Number) Long.valueOf(word) : (Number) Double.valueOf(word);
                };
            }
        }
    }

    private char next() {
        while (Character.isWhitespace(text.charAt(at))) at++;
        return text.charAt(at++);
    }

    /** What stands after the opening quote. */
    private String string() {
        var string = new StringBuilder();
        for (char c = text.charAt(at++); c != '"'; c = text.charAt(at++)) {
            if (c != '\\') {
                string.append(c);
                continue;
            }
            c = text.charAt(at++);
            if (c == 'u') {
                string.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
                at += 4;
            } else {
                int escape = "bfnrt".indexOf(c);
                string.append(escape < 0 ? c : "\b\f\n\r\t".charAt(escape));
            }
        }
        return string.toString();
    }

    static String write(Object value) {
        var text = new StringBuilder();
        write(value, text);
        return text.toString();
    }

    private static void write(Object value, StringBuilder text) {
        if (value instanceof Map<?, ?> map) {
            String separator = "{";
            for (var entry : map.entrySet()) {
                text.append(separator);
                write(entry.getKey(), text);
                text.append(':');
                write(entry.getValue(), text);
                separator = ",";
            }
            text.append(map.isEmpty() ? "{}" : "}");
        } else if (value instanceof List<?> list) {
            String separator = "[";
            for (var item : list) {
                text.append(separator);
                write(item, text);
                separator = ",";
            }
            text.append(list.isEmpty() ? "[]" : "]");
        } else if (value instanceof String string) {
            text.append('"');
            for (char c : string.toCharArray()) {
                if (c == '"' || c == '\\') text.append('\\').append(c);
                else if (c < ' ') text.append(String.format("\\u%04x", (int) c));
                else text.append(c);
            }
            text.append('"');
        } else {
            text.append(value);
        }
    }
}
