import { Random } from './random';

export interface Customer {
  id: string;
  account: string | undefined;
  clientIp: string;
  userAgent: string;
  region: string;
  device: 'mobile' | 'desktop' | 'partner';
  currency: string;
  /** How likely the customer is to buy, against the mean. */
  intent: number;
}

const USER_AGENTS: Record<Customer['device'], readonly string[]> = {
  mobile: [
    'ShopApp/7.4.1 (iPhone; iOS 19.1)',
    'ShopApp/7.4.0 (iPhone; iOS 18.6)',
    'ShopApp/7.4.1 (Android 16; Pixel 10)',
    'ShopApp/7.3.2 (Android 15; SM-S936B)',
  ],
  desktop: [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15',
    'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0',
  ],
  partner: ['python-requests/2.33.0', 'okhttp/5.1.0', 'Go-http-client/2.0'],
};

const REGIONS = [
  ['eu-central-1', 'EUR', 0.6],
  ['eu-west-1', 'GBP', 0.25],
  ['us-east-1', 'USD', 0.15],
] as const;

/** The customer of that number. The same for the same seed, whoever else there is. */
export function customerOf(seed: number, number: number): Customer {
  const random = new Random(seed, 1, number);
  const device = random.weighted<Customer['device']>([
    ['mobile', 0.58],
    ['desktop', 0.38],
    ['partner', 0.04],
  ]);
  const [region, currency] = random.weighted(REGIONS.map((item) => [item, item[2]] as const));
  return {
    id: `customer-${String(number + 1).padStart(6, '0')}`,
    account: random.chance(0.18) ? `account-${String(random.zipf(400) + 1).padStart(4, '0')}` : undefined,
    // 100.64.0.0/10 is nobody's address (RFC 6598); cut to /24 as the privacy default would.
    clientIp: `100.${random.integer(64, 127)}.${random.integer(0, 255)}.0`,
    userAgent: random.pick(USER_AGENTS[device]),
    region,
    device,
    currency,
    intent: random.logNormal(1, 0.35),
  };
}
