import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** A connector of one page: `Connector CLIENT COMMAND [--config FILE ..]` asks for it with the client that is named. */
public final class Connector {
    private static String ask(String client, String url) throws Exception {
        if (client.equals("HttpURLConnection")) {
            try (InputStream body = ((HttpURLConnection) URI.create(url).toURL().openConnection()).getInputStream()) {
                return new String(body.readAllBytes(), StandardCharsets.UTF_8);
            }
        }
        HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    public static void main(String[] arguments) throws Exception {
        switch (arguments[1]) {
            case "spec":
                System.out.println("{'type':'SPEC','spec':{'connectionSpecification':{'type':'object','properties':{'api_url':{'type':'string'}}}}}".replace('\'', '"'));
                break;
            case "check":
                System.out.println("{'type':'CONNECTION_STATUS','connectionStatus':{'status':'SUCCEEDED'}}".replace('\'', '"'));
                break;
            case "discover":
                System.out.println("{'type':'CATALOG','catalog':{'streams':[{'name':'users','json_schema':{'type':'object','properties':{'id':{'type':'integer'}}},'supported_sync_modes':['full_refresh']}]}}".replace('\'', '"'));
                break;
            case "read":
                String config = Files.readString(Path.of(arguments[Arrays.asList(arguments).indexOf("--config") + 1]));
                String users = ask(arguments[0], config.replaceFirst("(?s).*\"api_url\":\\s*\"([^\"]*)\".*", "$1") + "/users");
                // One user: what stands between the brackets.
                System.out.println("{\"type\":\"RECORD\",\"record\":{\"stream\":\"users\",\"emitted_at\":0,\"data\":"
                    + users.substring(users.indexOf('{'), users.lastIndexOf('}') + 1) + "}}");
                System.out.println("{'type':'STATE','state':{'type':'STREAM','stream':{'stream_descriptor':{'name':'users'},'stream_state':{'read':true}}}}".replace('\'', '"'));
                break;
            default:
                System.exit(2);
        }
    }
}
