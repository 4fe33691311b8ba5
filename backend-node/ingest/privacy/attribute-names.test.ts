import { treatmentOf } from './attribute-names';

const names = (text: string): string[] => text.trim().split(/\s+/);

describe('what the name of an attribute says', () => {
  it.each(
    names(`
      req.headers.authorization req.headers.cookie request_Authorization request_Cookie downstream_Set-Cookie
      origin_Set-Cookie http_authorization http_cookie sent_http_set_cookie upstream_http_set_cookie cookie_session
      cookie_count arg_token bearer auth req.auth sessionId session session.id x-session-id connect.sid PHPSESSID
      accessToken access_token refreshTokens idToken csrfToken X-XSRF-TOKEN xsrf jwt signature apikey apiKey x-api-key
      API_KEY clientSecret dbPassword passwd pwd privateKey aws_access_key_id credentials otp pin cvv cardNumber
      query.token headers[authorization] user.password
    `)
  )('%s is a secret', (name) => {
    expect(treatmentOf(name)).toBe('secret');
  });

  it.each(
    names(`
      auth_scheme auth_result auth.type token_count token_type prompt_tokens max_tokens session_duration
      ssl_session_reused password_length author authority tokenizer pinned spinner opinion sidecar
      user_count customer_tier login_attempts subtotal sub_total pod.uid research db.query.text query_time
      argument plan
    `)
  )('%s is harmless', (name) => {
    expect(treatmentOf(name)).toBe('other');
  });

  it.each(
    names(`
      userId user_id req.user.id user.name enduser.id customer_id customerId customer sub claims.sub uid userid
      email e-mail contact_email username userName remote_user login ident usr.id usr.name usr.email
    `)
  )('%s names a person', (name) => {
    expect(treatmentOf(name)).toBe('person');
  });

  it.each(
    names(`
      queryString query_string query_params.page query.page request.query.page params params.id search args arg_page
      url.query urlQuery QUERY_STRING
    `)
  )('%s is a query', (name) => {
    expect(treatmentOf(name)).toBe('query');
  });

  it.each([
    ['accountId', 'account'],
    ['request_X-Forwarded-For', 'address'],
    ['req.remoteAddress', 'address'],
    ['ClientAddr', 'address'],
    ['http_user_agent', 'user-agent'],
    ['user_agent.original', 'user-agent'],
    ['app_version', 'version'],
    ['req.headers.referer', 'target'],
    ['request_line', 'target'],
  ])('%s is of kind %s', (name, treatment) => {
    expect(treatmentOf(name)).toBe(treatment);
  });
});
