// A client of the provincial axis (.NET 8 or later). 429 and 5xx may be tried again: the same packet, or the same message id, sent twice is one.
#nullable enable
using System;
using System.Net.Http;
using System.Net.Http.Json;
using System.Threading.Tasks;

/// <summary>What the axis refused: its answer is JSON with ErrorCode, ErrorDesc and ErrorDescEn.</summary>
public sealed class AxisException(int status, string answer, TimeSpan? retryAfter) : Exception($"HTTP {status}: {answer}")
{
    public int Status => status;
    public string Answer => answer;
    public TimeSpan? RetryAfter => retryAfter;
}

public sealed class AxisClient(string url, string systemId, string key) : IDisposable
{
    // A redirect would carry the key to somebody else.
    private readonly HttpClient http = new(new HttpClientHandler { AllowAutoRedirect = false })
    {
        BaseAddress = new Uri($"{url.TrimEnd('/')}/v1/"),
        Timeout = TimeSpan.FromMinutes(5),
        DefaultRequestHeaders = { { "X-SystemId", systemId }, { "X-SecretKey", key } },
    };

    /// <summary>Any call that answers in JSON: Call("updateStatus", new { docId, status = "done" }).</summary>
    public async Task<string> Call(string call, object body)
    {
        using var reply = await Post(call, JsonContent.Create(body, body.GetType()));
        return await reply.Content.ReadAsStringAsync();
    }

    /// <summary>Sends an edXML packet. A message id of your own, 8 to 100 letters, digits, '.', ':', '-' or '_', is not needed: the same bytes are the same packet.</summary>
    public async Task<string> Send(byte[] edxml, string? messageId = null)
    {
        using var reply = await Post("sendEdoc", new ByteArrayContent(edxml) { Headers = { ContentType = new("application/octet-stream") } }, messageId);
        return await reply.Content.ReadAsStringAsync();
    }

    /// <summary>The bytes of a packet.</summary>
    public async Task<byte[]> Fetch(string docId)
    {
        using var reply = await Post("getEdoc", JsonContent.Create(new { docId }));
        return await reply.Content.ReadAsByteArrayAsync();
    }

    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> Post(string call, HttpContent content, string? messageId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, call) { Content = content };
        if (messageId is not null) request.Headers.Add("X-Message-Id", messageId);
        var reply = await http.SendAsync(request);
        if (reply.IsSuccessStatusCode) return reply;
        using (reply) throw new AxisException((int)reply.StatusCode, await reply.Content.ReadAsStringAsync(), reply.Headers.RetryAfter?.Delta);
    }
}
